namespace Rinha.LoadTest.Chaos;

/// <summary>Where the parts of the bank under test are; prepared by <c>./rinha chaos</c>.</summary>
/// <param name="Launcher">
/// A script that becomes the process of a name: <c>launch api01 [ARGUMENT…]</c>, <c>api02</c>, <c>nginx</c> or
/// <c>db</c>,
/// inside its cgroup and as the right user. What it reads besides is in the environment (<see cref="BankProcess"/>).
/// </param>
/// <param name="SocketDirectory">Where the APIs' unix sockets are, as nginx's configuration says.</param>
/// <param name="Port">Where nginx listens.</param>
/// <param name="Server">The server's binary.</param>
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
