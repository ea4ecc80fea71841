namespace Rinha.Stack.Processes;

/// <summary>
/// Finds required programs. As root on a Debian-like system it installs missing ones; otherwise it names them.
/// </summary>
public sealed class Packages(Action<string> log)
{
    private const string Policy = "/usr/sbin/policy-rc.d";

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
            throw new StackException(
                $"{missing} is missing; install it, for example: sudo apt-get install {packages[0]}");
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
        AptInstall(package);
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
