using System.Text;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Binding;

/// <summary>Where the binder stands. A pointer is only made when there is a finding.</summary>
internal sealed class BindingPath
{
    private readonly List<(string? Key, int Index)> _parts = [];

    public void Push(string key) => _parts.Add((key, 0));

    public void Push(int index) => _parts.Add((null, index));

    public void Pop() => _parts.RemoveAt(_parts.Count - 1);

    /// <summary>The JSON pointer of the place.</summary>
    public override string ToString()
    {
        StringBuilder pointer = new();
        foreach (var (key, index) in _parts)
        {
            pointer.Append('/');
            if (key is null)
            {
                pointer.Append(index);
            }
            else
            {
                pointer.Append(JsonPointer.Escape(key));
            }
        }

        return pointer.ToString();
    }
}
