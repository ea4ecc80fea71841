namespace Rinha.LoadTest.Check;

/// <summary>Reads the bank's answers (contest API), tolerantly: unknown fields and any order.</summary>
internal static class BankAnswer
{
    /// <summary>Reads the answer to a transaction.</summary>
    /// <returns><see langword="false"/> if <c>limite</c> or <c>saldo</c> is missing or not an integer.</returns>
    public static bool TryReadTransaction(ReadOnlySpan<byte> json, out long limitCents, out long balanceCents)
    {
        var reader = new Utf8JsonReader(json);
        return TryReadHead(ref reader, "saldo"u8, out limitCents, out balanceCents) && IsGoodToItsEnd(ref reader);
    }

    /// <summary>Reads a statement's head.</summary>
    /// <returns>
    /// <see langword="false"/> if <c>saldo</c>, its <c>limite</c> or its <c>total</c> is missing or wrong.
    /// </returns>
    public static bool TryReadStatementHead(ReadOnlySpan<byte> json, out long limitCents, out long balanceCents)
    {
        limitCents = 0;
        balanceCents = 0;
        var reader = new Utf8JsonReader(json);
        return TryFind(ref reader, "saldo"u8)
            && TryReadHead(ref reader, "total"u8, out limitCents, out balanceCents)
            && IsGoodToItsEnd(ref reader);
    }

    /// <summary>Reads a statement's list, newest first.</summary>
    /// <param name="json">The statement.</param>
    /// <param name="entries">Where the entries are added.</param>
    /// <returns>
    /// <see langword="false"/> if <c>ultimas_transacoes</c> or a field of an entry is missing or wrong.
    /// </returns>
    public static bool TryReadEntries(ReadOnlySpan<byte> json, List<StatementLine> entries)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!TryFind(ref reader, "ultimas_transacoes"u8) || reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!TryReadEntry(ref reader, out var entry))
                {
                    return false;
                }

                entries.Add(entry);
            }

            return reader.TokenType == JsonTokenType.EndArray;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a problem (RFC 9457) leaves open what became of the transaction: the database was cut off after it was
    /// given it.
    /// </summary>
    public static bool LeavesOpen(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return TryFind(ref reader, "detail"u8)
            && reader.TokenType == JsonTokenType.String
            && reader.ValueSpan.IndexOf("is not known"u8) >= 0;
    }

    private static bool IsGoodToItsEnd(ref Utf8JsonReader reader)
    {
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadHead(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> balanceName, out long limitCents, out long balanceCents)
    {
        limitCents = 0;
        balanceCents = 0;
        var hasLimit = false;
        var hasBalance = false;
        try
        {
            if (reader.TokenType == JsonTokenType.None)
            {
                reader.Read();
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (!(hasLimit && hasBalance) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isLimit = reader.ValueTextEquals("limite"u8);
                var isBalance = reader.ValueTextEquals(balanceName);
                reader.Read();
                if (isLimit || isBalance)
                {
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value))
                    {
                        return false;
                    }

                    limitCents = isLimit ? value : limitCents;
                    balanceCents = isBalance ? value : balanceCents;
                    hasLimit |= isLimit;
                    hasBalance |= isBalance;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return hasLimit && hasBalance;
    }

    // Goes to the value of a property of the outermost object.
    private static bool TryFind(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(name);
                reader.Read();
                if (found)
                {
                    return true;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }

    private static bool TryReadEntry(ref Utf8JsonReader reader, out StatementLine entry)
    {
        long? amountCents = null;
        string? kind = null;
        string? text = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("valor"u8))
            {
                reader.Read();
                amountCents = reader.TryGetInt64(out var value) ? value : null;
            }
            else if (reader.ValueTextEquals("tipo"u8))
            {
                reader.Read();
                kind = reader.GetString();
            }
            else if (reader.ValueTextEquals("descricao"u8))
            {
                reader.Read();
                text = reader.GetString();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        entry = new StatementLine(amountCents ?? 0, kind ?? "", text ?? "");
        return amountCents is not null && kind is not null && text is not null;
    }
}
