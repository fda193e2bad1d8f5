namespace Gost.Ssh.Algorithms;

/// <summary>The keys that one exchange gives to one direction. Source: RFC 4253 section 7.2.</summary>
internal interface IDerivedKeys
{
    byte[] InitialVector(int size);

    byte[] Key(int size);

    byte[] MacKey(int size);
}
