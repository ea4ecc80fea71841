namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>
/// For tests that measure time: a machine that is busy with something else can spoil one measurement, but hardly three
/// in a row; what is wrong is wrong every time.
/// </summary>
internal static class Attempts
{
    private const int Most = 3;

    /// <summary>Makes the test, and once it has failed makes it again.</summary>
    public static void Make(Action test)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                test();
                return;
            }
            catch (Exception) when (attempt < Most)
            {
                // Once more.
            }
        }
    }
}
