namespace Rinha.Stack.Processes;

/// <summary>
/// Finds required programs. As root on a Debian-like system it installs missing ones, if the user agrees; otherwise it
/// names them. No service of theirs is left running or enabled.
/// </summary>
/// <param name="isAgreed">Whether the user has agreed; otherwise each package is asked for on the terminal.</param>
public sealed class Packages(Action<string> log, bool isAgreed = false)
{
    private const string Policy = "/usr/sbin/policy-rc.d";

    // A link in one of these starts a service at boot: systemd's, then System V's.
    private static readonly (string Parent, string Directories, string Links)[] s_bootLinks =
        [("/etc/systemd/system", "*.wants", "*.service"), ("/etc", "rc?.d", "S*")];

    // Of all that the packages bring, only these would listen.
    private static readonly string[] s_services = ["nginx", "caddy", "postgresql", "patroni", "etcd", "pgbouncer"];

    private bool _isListUpdated;

    /// <summary>Installs the first package that apt knows if the command is missing.</summary>
    public void Require(string command, params string[] packages)
    {
        if (Tool.Find(command) is not null)
        {
            return;
        }

        Install(command, packages);
        if (Tool.Find(command) is null)
        {
            throw new StackException($"{command} is still missing");
        }
    }

    /// <summary>Installs the packages of missing commands; says why that cannot be, without asking.</summary>
    public string? TryRequire(params IEnumerable<(string Command, string Package)> programs)
    {
        foreach (var (command, package) in programs)
        {
            if (!isAgreed && Tool.Find(command) is null)
            {
                return $"{command} is missing: apt-get install {package}, or --yes";
            }

            try
            {
                Require(command, package);
            }
            catch (StackException error)
            {
                return error.Message;
            }
        }

        return null;
    }

    /// <summary>Native AOT needs a C toolchain and zlib to link.</summary>
    public void RequireLinker()
    {
        if (Tool.Find("clang") is null)
        {
            Require("gcc", "gcc");
        }

        if (!File.Exists("/usr/include/zlib.h"))
        {
            Install("/usr/include/zlib.h", "zlib1g-dev");
        }
    }

    // Installs the first package that apt knows.
    public void Install(string missing, params string[] packages)
    {
        if (!Environment.IsPrivilegedProcess || Tool.Find("apt-get") is null)
        {
            throw new UsageException(
                $"{missing} is missing; install it, for example: sudo apt-get install {packages[0]}");
        }

        if (!isAgreed && !Agrees($"{missing} is missing. Install {packages[0]} with apt-get?"))
        {
            throw new UsageException(
                $"{missing} is missing: apt-get install {packages[0]}, or --yes to let this do it");
        }

        if (!_isListUpdated)
        {
            _isListUpdated = true;
            if (!Tool.Run(["apt-get", "update", "-qq"]).Succeeded)
            {
                log("apt-get update failed; using the existing package lists");
            }
        }

        var package = packages.FirstOrDefault(name => Tool.Run(["apt-cache", "show", name]).Succeeded)
            ?? throw new StackException(
                $"{missing} is missing, and apt-get knows none of: {string.Join(' ', packages)}");
        log($"installing {package} with apt-get");
        var before = BootServices();
        AptInstall(package);
        Disable(BootServices().Except(before));
    }

    // The services among ours that start at boot.
    private static HashSet<string> BootServices() => (
        from kind in s_bootLinks
        where Directory.Exists(kind.Parent)
        from directory in Directory.EnumerateDirectories(kind.Parent, kind.Directories)
        from link in Directory.EnumerateFiles(directory, kind.Links)
        from service in s_services
        where Path.GetFileNameWithoutExtension(link).Contains(service, StringComparison.Ordinal)
        select service).ToHashSet();

    // Whichever of the two the system has.
    private void Disable(IEnumerable<string> services)
    {
        foreach (var service in services)
        {
            string[] now = Directory.Exists("/run/systemd/system") ? ["--now"] : [];
            var isDisabled = Tool.Find("systemctl") is not null
                && Tool.Run(["systemctl", "disable", .. now, service]).Succeeded;
            isDisabled |= Tool.Find("update-rc.d") is not null
                && Tool.Run(["update-rc.d", service, "disable"]).Succeeded;
            log(isDisabled
                ? $"disabled the service {service} that came with it"
                : $"the service {service} that came with it starts at boot: disable it");
        }
    }

    private static bool Agrees(string question)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            return false;
        }

        Console.Write(question + " [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    // policy-rc.d keeps Debian's nginx package from starting a server on port 80.
    private static void AptInstall(string package)
    {
        var isPolicyOurs = !File.Exists(Policy);
        if (isPolicyOurs)
        {
            File.WriteAllText(Policy, "#!/bin/sh\nexit 101\n");
            File.SetUnixFileMode(Policy, (UnixFileMode)0b111_101_101);
        }

        try
        {
            string[] install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package];
            Tool.Run(["env", "DEBIAN_FRONTEND=noninteractive", .. install])
                .OrThrow($"apt-get could not install {package}");
        }
        finally
        {
            if (isPolicyOurs)
            {
                File.Delete(Policy);
            }
        }
    }
}
