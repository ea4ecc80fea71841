namespace Rinha.Server.Net;

/// <summary>How many descriptors this process may have (getrlimit(2)).</summary>
internal static partial class OpenFiles
{
    private const int Resource = 7; // RLIMIT_NOFILE, on x64 and arm64.

    /// <summary>
    /// Raises the soft limit to what the connections need, or to the hard limit if that is lower: services and
    /// containers often start with 1,024. A higher one is left as it is.
    /// </summary>
    public static void RaiseLimit()
    {
        if (Get(Resource, out var limit) == 0 && limit.Soft < Limits.DescriptorsMax)
        {
            limit.Soft = Math.Min(Limits.DescriptorsMax, limit.Hard);
            _ = Set(Resource, limit);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    // struct rlimit; "unlimited" is the largest number.
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
