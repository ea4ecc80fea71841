using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Rinha.Server.Sqlite.Seed;

/// <summary>Reads <see cref="Setting.Seed"/>: words of <see cref="SeedChoices"/> with commas between.</summary>
internal static class SeedList
{
    /// <summary>Reads the list.</summary>
    /// <param name="text">As given; nothing and an empty text are no choice.</param>
    /// <param name="logLevel">The least important level that is logged.</param>
    /// <param name="isFile">Whether the ledger is in a file.</param>
    /// <param name="seed">The choices.</param>
    /// <param name="error">One line that names the setting and says what is wrong, if anything is.</param>
    public static bool TryRead(
        string? text, LogLevel logLevel, bool isFile, out SeedChoices seed, [NotNullWhen(false)] out string? error)
    {
        seed = SeedChoices.None;
        foreach (var word in string.IsNullOrEmpty(text) ? [] : text.Split(','))
        {
            // Enum.TryParse would take numbers as well.
            if (!word.All(char.IsAsciiLetter)
                || !Enum.TryParse<SeedChoices>(word, ignoreCase: true, out var choice)
                || choice == SeedChoices.None)
            {
                error = $"{Setting.Seed.Variable}: connections, begin, busy, checkpoint, log or all, not '{word}'";
                return false;
            }

            if ((seed & choice) != 0)
            {
                error = $"{Setting.Seed.Variable}: '{text}' has something twice";
                return false;
            }

            seed |= choice;
        }

        error = null;
        if (seed != SeedChoices.None && !isFile)
        {
            error = $"{Setting.Seed.Variable}: they are for a file, and {Setting.DatabaseUrl.Variable} names none";
        }
        else if (seed.HasFlag(SeedChoices.Log) && logLevel > LogLevel.Information)
        {
            error = $"{Setting.Seed.Variable}: log is a line of level Information for each request, which "
                + $"{Setting.LogLevel.Variable}={logLevel} leaves out";
        }

        return error is null;
    }
}
