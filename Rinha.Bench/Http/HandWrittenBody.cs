using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>
/// The alternative to the JSON reader: a body in its usual form (the three fields, no escapes, ASCII) is read byte by
/// byte; whatever else there is goes to the reader after all. So the answers are the same for every body.
/// </summary>
internal ref struct HandWrittenBody
{
    // 15 digits are below Limits.AmountCentsMax, which has 16.
    private const int DigitsMax = 15;

    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    private HandWrittenBody(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Reads a whole body; never throws.</summary>
    public static TransactionBody Parse(ReadOnlySpan<byte> json) =>
        new HandWrittenBody(json).TryRead(out var body) ? body : TransactionBody.Parse(json);

    private bool TryRead(out TransactionBody body)
    {
        body = default;
        long amountCents = 0;
        var kind = TransactionKind.Credit;
        var description = default(Description);
        bool hasAmount = false, hasKind = false, hasDescription = false;
        if (!TryTake((byte)'{'))
        {
            return false;
        }

        do
        {
            if (!TryTakeText(out var name) || !TryTake((byte)':'))
            {
                return false;
            }

            var good = name switch
            {
                _ when name.SequenceEqual("valor"u8) => !hasAmount && (hasAmount = TryTakeAmount(out amountCents)),
                _ when name.SequenceEqual("tipo"u8) => !hasKind && (hasKind = TryTakeKind(out kind)),
                _ when name.SequenceEqual("descricao"u8) =>
                    !hasDescription && (hasDescription = TryTakeDescription(out description)),
                _ => false,
            };
            if (!good)
            {
                return false;
            }
        }
        while (TryTake((byte)','));

        body = new TransactionBody(TransactionError.None, amountCents, kind, description);
        return TryTake((byte)'}') && IsAtEnd() && hasAmount && hasKind && hasDescription;
    }

    private bool TryTake(byte expected)
    {
        SkipBlanks();
        if (_at >= _json.Length || _json[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TryTakeText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryTake((byte)'"'))
        {
            return false;
        }

        var start = _at;
        while (_at < _json.Length && _json[_at] is >= (byte)' ' and < 0x80 and not ((byte)'"' or (byte)'\\'))
        {
            _at++;
        }

        text = _json[start.._at];
        return _at < _json.Length && _json[_at++] == '"';
    }

    private bool TryTakeAmount(out long amountCents)
    {
        SkipBlanks();
        amountCents = 0;
        var start = _at;
        while (_at < _json.Length && _json[_at] is >= (byte)'0' and <= (byte)'9' && _at - start < DigitsMax)
        {
            amountCents = (amountCents * 10) + (_json[_at++] - '0');
        }

        // A fraction, an exponent or one more digit is then neither a comma nor a brace, and goes to the reader.
        return _at > start && _json[start] != '0';
    }

    private bool TryTakeKind(out TransactionKind kind)
    {
        var good = TryTakeText(out var text) && (text.SequenceEqual("c"u8) || text.SequenceEqual("d"u8));
        kind = good && text[0] == 'd' ? TransactionKind.Debit : TransactionKind.Credit;
        return good;
    }

    private bool TryTakeDescription(out Description description)
    {
        description = default;
        return TryTakeText(out var text) && Description.TryCreate(text, out description);
    }

    private bool IsAtEnd()
    {
        SkipBlanks();
        return _at == _json.Length;
    }

    private void SkipBlanks()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }
}
