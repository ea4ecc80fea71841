namespace Rinha.Chaos;

/// <summary>One kind of fault, tried many times against a running bank; finds what must not happen.</summary>
/// <param name="Name">A word for <c>--only</c>: small letters, digits and hyphens.</param>
/// <param name="Fault">What is done to the bank, in a few words for the table.</param>
/// <param name="ShortTimes">How often the fault is tried in continuous integration.</param>
/// <param name="Times">How often otherwise.</param>
/// <param name="Run">
/// Tries the fault so many times and counts each with <see cref="CampaignRun.Tried"/>, and tells the run what it finds.
/// Everything it starts has ended when it returns.
/// </param>
internal sealed record Campaign(string Name, string Fault, int ShortTimes, int Times, Action<CampaignRun> Run);

/// <summary>Where the parts of the bank under test are; prepared by <c>./rinha chaos</c>.</summary>
/// <param name="Launcher">
/// A script that becomes the process of a name: <c>launch api01 [ARGUMENT…]</c>, <c>api02</c>, <c>nginx</c> or
/// <c>db</c>, inside its cgroup and as the right user. The rest is in the environment (<see cref="BankProcess"/>).
/// </param>
/// <param name="SocketDirectory">Where the APIs' unix sockets are, as nginx's configuration says.</param>
/// <param name="FaultLibrary">What is loaded before the server's own libraries to make faults happen.</param>
/// <param name="Cluster">A PostgreSQL cluster that has never run, with the role and the database rinha.</param>
/// <param name="ClusterSockets">The directory for PostgreSQL's unix socket, which belongs to its user.</param>
/// <param name="SoakMinutes">How long the soak takes when it is not the short one.</param>
/// <param name="IsShort">Whether this is the short campaign of continuous integration.</param>
internal sealed record ChaosSetting(
    string Launcher,
    string SocketDirectory,
    int Port,
    string Server,
    string FaultLibrary,
    string? Cluster,
    string? ClusterSockets,
    int SoakMinutes,
    bool IsShort);
