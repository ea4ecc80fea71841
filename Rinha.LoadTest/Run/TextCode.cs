namespace Rinha.LoadTest.Run;

/// <summary>
/// Descriptions of ten letters and digits, as numbers in base 62: different numbers, different texts.
/// </summary>
internal static class TextCode
{
    /// <summary>How long a text is.</summary>
    public const int Length = 10;

    /// <summary>How many texts there are: 62^10.</summary>
    public const long Count = 839_299_365_868_340_224;

    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Writes a number from 0 to <see cref="Count"/> - 1.</summary>
    public static void Write(long number, Span<byte> text)
    {
        for (var index = Length - 1; index >= 0; index--)
        {
            (number, var digit) = Math.DivRem(number, Digits.Length);
            text[index] = Digits[(int)digit];
        }
    }

    /// <summary>Reads a text back.</summary>
    /// <returns><see langword="false"/> if it is not one of these texts.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length != Length)
        {
            return false;
        }

        foreach (var letter in text)
        {
            var digit = Digits.IndexOf(letter);
            if (digit < 0)
            {
                return false;
            }

            number = (number * Digits.Length) + digit;
        }

        return true;
    }
}
