namespace Rinha.Stack.Proxies;

/// <summary>What a proxy of a stack has to know when it starts.</summary>
/// <param name="Directory">Holds the configuration, unless the proxy's user cannot read it there.</param>
/// <param name="Includes">A directory of *.conf files with further directives.</param>
/// <param name="Setting">Reads a setting of the stack's split.</param>
public sealed record ProxyStart(
    string Sockets,
    string Directory,
    StackAccess Access,
    string? TlsDirectory,
    string Includes,
    Func<string, string> Setting);

/// <summary>
/// All that differs between proxies. To add one: a class here, its line in <see cref="All"/>, and a directory
/// NAME-LEDGER below stacks/ with its configuration and its limits.
/// </summary>
public abstract class Proxy
{
    public static readonly IReadOnlyList<Proxy> All = [new NginxLayer4(), new Nginx(), new Caddy()];

    /// <summary>The program's name, and usually the first part of its stacks' names.</summary>
    public abstract string Name { get; }

    /// <summary>Debian's packages that have the program; the first one found is installed.</summary>
    public virtual IReadOnlyList<string> Packages => [Name];

    /// <summary>
    /// Whether it passes on connections, not requests: clients reach the servers' HTTP, and each server has a second
    /// socket for its metrics.
    /// </summary>
    public virtual bool IsLayer4 => false;

    /// <summary>Whether it takes --limit, --tls, --metrics and the files of nginx.d.</summary>
    public virtual bool IsConfigurable => false;

    /// <summary>Ends the program after the requests in progress.</summary>
    public virtual Signal FinishSignal => Signal.Terminate;

    /// <summary>How long a stopping server keeps serving, until the proxy has polled /health again.</summary>
    public virtual int DrainDelayMs => 1000;

    /// <summary>Whether a stack of this name has it.</summary>
    public virtual bool IsOf(string stack) => stack.StartsWith(Name + '-', StringComparison.Ordinal);

    /// <summary>Installs it if it is missing.</summary>
    public virtual void Require(Packages packages) => packages.Require(Name, [.. Packages]);

    /// <summary>Writes the configuration.</summary>
    public abstract void Prepare(ProxyStart start);

    /// <summary>The program in the foreground.</summary>
    public abstract IReadOnlyList<string> Command(ProxyStart start);
}
