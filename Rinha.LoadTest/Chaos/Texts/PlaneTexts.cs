using System.Text;

namespace Rinha.LoadTest.Chaos.Texts;

/// <summary>Texts of ten characters that together have every character there is, or some of every plane.</summary>
internal static class PlaneTexts
{
    private const int TextScalars = 10;
    private const int PlaneScalars = 0x10000;
    private const int Planes = 17;

    /// <summary>Every Unicode scalar value once, in their order.</summary>
    public static IEnumerable<string> Every() =>
        Enumerable.Range(0, Planes * PlaneScalars).Where(Rune.IsValid).Chunk(TextScalars).Select(Text);

    /// <summary>Some from each plane, and all of the first 256.</summary>
    public static IEnumerable<string> Some(Random random, int textsPerPlane)
    {
        foreach (var text in Enumerable.Range(0, 256).Chunk(TextScalars))
        {
            yield return Text(text);
        }

        for (var index = 0; index < Planes * textsPerPlane; index++)
        {
            var plane = index / textsPerPlane;
            yield return Text([.. Scalars(random, plane).Take(random.Next(1, TextScalars + 1))]);
        }
    }

    private static IEnumerable<int> Scalars(Random random, int plane)
    {
        while (true)
        {
            var value = (plane * PlaneScalars) + random.Next(PlaneScalars);
            if (Rune.IsValid(value))
            {
                yield return value;
            }
        }
    }

    private static string Text(int[] scalars) => string.Concat(scalars.Select(value => new Rune(value).ToString()));
}
