using Rinha.Stack.Cgroups;
using Rinha.Stack.Stacks;

namespace Rinha.Stack.Supervision;

/// <summary>What is asked of <c>run</c>.</summary>
public sealed record RunOptions
{
    private static readonly string[] s_certificate = ["tls.crt", "tls.key"];

    /// <summary>Where the ledger, the logs and the state are.</summary>
    public required DataDirectory Data { get; init; }

    /// <summary>The proxy, the ledger and their limits.</summary>
    public required StackLayout Layout { get; init; }

    /// <summary>Where the proxy listens.</summary>
    public required int Port { get; init; }

    /// <summary>The binary of the servers.</summary>
    public string Server { get; init; } = Repository.Server;

    /// <summary>Whether the ledger is deleted first.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Whether there are cgroups.</summary>
    public bool HasLimits { get; init; } = true;

    /// <summary>The load whose constant answers stand in for the servers: mix, refused or statements.</summary>
    public string? Floor { get; init; }

    /// <summary>Whether nginx limits the requests and connections of each address.</summary>
    public bool LimitsAddresses { get; init; }

    /// <summary>The directory of tls.crt and tls.key.</summary>
    public string? TlsDirectory { get; init; }

    /// <summary>Where https is spoken.</summary>
    public int TlsPort { get; init; }

    /// <summary>The limits of each process, within the contest's.</summary>
    /// <exception cref="StackException">These options cannot be had.</exception>
    public IReadOnlyDictionary<string, ProcessLimits> Check()
    {
        if (Layout.HasCaddy && (LimitsAddresses || TlsDirectory is not null))
        {
            throw new UsageException($"--limit and --tls are nginx's; {Layout.Name} has caddy");
        }

        if (TlsDirectory is { } tls)
        {
            var missing = s_certificate.Select(file => Path.Combine(tls, file))
                .FirstOrDefault(file => !File.Exists(file));
            if (missing is not null)
            {
                throw new StackException($"{missing} cannot be read (docs/open-network.md says how to make one)");
            }
        }

        var limits = Layout.ReadLimits();
        if (HasLimits)
        {
            Layout.CheckLimits(limits);
        }

        return limits;
    }
}
