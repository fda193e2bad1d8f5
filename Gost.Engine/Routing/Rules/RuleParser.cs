using System.Text;
using Gost.Engine.Config.Binding;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.Routing.Rules;

/// <summary>
/// Reads the rule language: calls joined by <c>&amp;&amp;</c>, <c>||</c>, <c>!</c> and parentheses, arguments in back or double quotes.
/// Source: spec/config.md section 6.
/// </summary>
internal sealed class RuleParser
{
    private const int MaxLength = 16 * 1024;
    private const int MaxDepth = 64;

    private readonly string _text;
    private readonly NamedRefTable<Admission>? _admissions;
    private readonly List<RuleFunction> _used = [];
    private int _at;

    private RuleParser(string text, NamedRefTable<Admission>? admissions) => (_text, _admissions) = (text, admissions);

    /// <summary>Reads a rule; <paramref name="admissions"/> null = only to check it. Throws <see cref="RuleException"/>.</summary>
    public static Rule Parse(string text, NamedRefTable<Admission>? admissions)
    {
        if (text.Length > MaxLength)
        {
            throw new RuleException(MaxLength, $"the rule is longer than {MaxLength} characters");
        }

        RuleParser parser = new(text, admissions);
        var predicate = parser.ReadOr(0);
        if (parser.Peek() != '\0')
        {
            throw parser.Fault(parser._text[parser._at] == ')' ? "there is no ( for this )" : "&& or || is expected");
        }

        return new Rule(predicate, [.. parser._used.Distinct()]);
    }

    private RulePredicate ReadOr(int depth)
    {
        var left = ReadAnd(depth);
        while (TryTake("||"))
        {
            left = Or(left, ReadAnd(depth));
        }

        return left;
    }

    private RulePredicate ReadAnd(int depth)
    {
        var left = ReadNot(depth);
        while (TryTake("&&"))
        {
            left = And(left, ReadNot(depth));
        }

        return left;
    }

    private RulePredicate ReadNot(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Fault($"more than {MaxDepth} levels of parentheses and negations");
        }

        switch (Peek())
        {
            case '!':
                _at++;
                var negated = ReadNot(depth + 1);
                return (in RouteQuery query) => !negated(query);
            case '(':
                _at++;
                var inner = ReadOr(depth + 1);
                Take(')');
                return inner;
            default:
                return ReadCall();
        }
    }

    private RulePredicate ReadCall()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        var name = _text[start.._at];
        if (name.Length == 0)
        {
            throw Fault(start == _text.Length ? "the rule ends where a function is expected" : "a function is expected, Host(`example.com`) for one");
        }

        if (!RuleFunctions.All.TryGetValue(name, out var function))
        {
            var suggestion = Suggestions.Find(name, RuleFunctions.All.Keys);
            throw new RuleException(start + 1, $"unknown function {name}{(suggestion is null ? "" : $"; did you mean {suggestion}?")}", suggestion);
        }

        Take('(');
        List<string> arguments = [ReadText()];
        while (Peek() == ',')
        {
            _at++;
            arguments.Add(ReadText());
        }

        Take(')');
        if (arguments.Count < function.Arguments.Least || arguments.Count > function.Arguments.Most)
        {
            throw new RuleException(start + 1, $"{function.Name} takes {Count(function.Arguments)}, not {arguments.Count}");
        }

        _used.Add(function);
        try
        {
            return RuleFunctions.Create(function, arguments, _admissions);
        }
        catch (FormatException exception)
        {
            throw new RuleException(start + 1, $"{function.Name}: {exception.Message}");
        }
    }

    private string ReadText()
    {
        var quote = Peek();
        if (quote is not ('`' or '"'))
        {
            throw Fault("an argument in back or double quotes is expected");
        }

        var start = _at++;
        StringBuilder text = new();
        for (; _at < _text.Length; _at++)
        {
            var character = _text[_at];
            if (character == quote)
            {
                _at++;
                return text.ToString();
            }

            // Between back quotes nothing is special.
            text.Append(character == '\\' && quote == '"' ? ReadEscape() : character);
        }

        throw new RuleException(start + 1, "the argument has no closing quote");
    }

    private char ReadEscape()
    {
        _at++;
        return _at == _text.Length ? throw Fault("the argument has no closing quote") : _text[_at] switch
        {
            '\\' => '\\',
            '"' => '"',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw Fault("unknown escape; write \\\\ for a backslash, or use back quotes"),
        };
    }

    private bool TryTake(string token)
    {
        _ = Peek();
        if (!_text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal))
        {
            return false;
        }

        _at += token.Length;
        return true;
    }

    private void Take(char token)
    {
        if (Peek() != token)
        {
            throw Fault($"{token} is expected");
        }

        _at++;
    }

    /// <summary>The next character that is no white space; NUL at the end.</summary>
    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private RuleException Fault(string message) => new(_at + 1, message);

    private static RulePredicate And(RulePredicate left, RulePredicate right) =>
        (in RouteQuery query) => left(query) is var first && first == false ? false : first & right(query);

    private static RulePredicate Or(RulePredicate left, RulePredicate right) =>
        (in RouteQuery query) => left(query) is var first && first == true ? true : first | right(query);

    private static string Count((int Least, int Most) arguments) => arguments switch
    {
        (1, 1) => "one argument",
        var (least, most) => $"{least} to {most} arguments",
    };
}
