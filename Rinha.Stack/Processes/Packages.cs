namespace Rinha.Stack.Processes;

/// <summary>
/// Programs that may be missing. Only root on a Debian-like system gets them installed, and is told so.
/// </summary>
public sealed class Packages(Action<string> say)
{
    private const string Policy = "/usr/sbin/policy-rc.d";

    private bool _isListUpdated;

    /// <summary>Installs the first of the packages that apt knows when a command is missing.</summary>
    public void Need(string command, params string[] packages)
    {
        if (Tool.Find(command) is not null)
        {
            return;
        }

        Provide(command, packages);
        if (Tool.Find(command) is null)
        {
            throw new StackException($"{command} is still missing");
        }
    }

    /// <summary>Native AOT links with the C toolchain against zlib.</summary>
    public void NeedLinker()
    {
        if (Tool.Find("clang") is null)
        {
            Need("gcc", "gcc");
        }

        if (!File.Exists("/usr/include/zlib.h"))
        {
            Provide("/usr/include/zlib.h", "zlib1g-dev");
        }
    }

    /// <summary>Installs a package in whatever way there is.</summary>
    public void Provide(string missing, params string[] packages)
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
                say("apt-get update failed; going on with the lists that are here");
            }
        }

        var package = packages.FirstOrDefault(name => Tool.Run(["apt-cache", "show", name]).Succeeded)
            ?? throw new StackException(
                $"{missing} is missing, and apt-get knows none of: {string.Join(' ', packages)}");
        say($"installing {package} with apt-get");
        Install(package);
    }

    // Debian's nginx would start a server on port 80; this file is how a package is told not to.
    private static void Install(string package)
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
                .OrFail($"apt-get could not install {package}");
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
