using System.Globalization;

namespace Rinha.LoadTest.Chaos;

/// <summary>Durations of the same kind, for the table: their median and the longest.</summary>
internal sealed class Spread
{
    private readonly List<double> _milliseconds = [];

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_milliseconds.Count == 0)
        {
            return "none";
        }

        _milliseconds.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"median {_milliseconds[_milliseconds.Count / 2]:N0} ms, longest {_milliseconds[^1]:N0} ms");
    }
}
