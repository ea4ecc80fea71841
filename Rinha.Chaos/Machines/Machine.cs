using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Rinha.Chaos.Machines;

internal sealed record MachineOptions
{
    public string FileSystem { get; init; } = "ext4"; // Of the ledger's disk: ext4 or xfs.
    public int MemoryMegabytes { get; init; } = 1024;
    public string DataSize { get; init; } = "2G"; // Sparse.
}

// A virtual machine under test: Debian with systemd and cgroup v2 on qemu's software emulation, without a way out. Its
// disks are an overlay of the image, the ledger's (DataPath) and a read-only copy of a directory of ours (FilesPath).
// Its port 9999 is Front here. Killing qemu is a power cut: what the guest has written to a disk survives, its page
// cache does not. Commands run as root through a console that needs no network. One thread; Dispose cuts the power.
internal sealed partial class Machine : IDisposable
{
    public const string DataPath = "/var/lib/rinha";
    public const string FilesPath = "/files";
    public const string ConsolePort = "rinha.console"; // In /dev/virtio-ports.
    public const string Ready = "ready"; // What the console says first.

    // For anything that ends at all: emulation is slow, and this machine may be busy.
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(20);

    private const int TailLines = 15;
    private const int StatusBytesMax = 64; // Of a status line.

    private readonly string _log;
    private readonly string _consolePath;
    private readonly string[] _command;
    private ChildProcess? _qemu;
    private Socket? _console;

    public Machine(CampaignRun run, MachineImage image, string files, MachineOptions? options = null)
    {
        options ??= new MachineOptions();
        string InDirectory(string name) => Path.Combine(run.Directory, name);
        var (root, data, copy) = (InDirectory("root.qcow2"), InDirectory("data.img"), InDirectory("files.img"));
        Make("rm", "-f", root, data, copy); // Of a machine before.
        Make("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.Disk, root);
        Make("truncate", "-s", options.DataSize, data);
        Make("mkfs." + options.FileSystem, "-q", data);
        Make("mkfs.ext4", "-q", "-d", files, copy, "2G");
        _log = InDirectory("machine.log");
        _consolePath = Path.Combine(run.Settings.Sockets, "machine.sock");
        _command =
        [
            "nice", "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
            "-m", $"{options.MemoryMegabytes}", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
            "-kernel", image.Kernel, "-initrd", image.Initrd,
            "-append", "root=/dev/vda rw console=ttyS0 quiet panic=-1",
            "-drive", $"file={root},format=qcow2,if=virtio,cache=writeback",
            "-drive", $"file={data},format=raw,if=virtio,cache=writeback",
            "-drive", $"file={copy},format=raw,if=virtio,readonly=on",
            "-device", "virtio-serial-pci", "-device", $"virtserialport,chardev=console,name={ConsolePort}",
            "-chardev", $"socket,id=console,path={_consolePath},server=on,wait=off", "-device", "virtio-rng-pci",
            "-netdev", $"user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:{run.Settings.Port}-10.0.2.15:9999",
            "-device", "virtio-net-pci,netdev=net,romfile=",
        ];
        Front = Bank.TargetOf($"http://127.0.0.1:{run.Settings.Port}");
    }

    public Target Front { get; }

    // Starts it and waits until systemd has started everything; throws when a unit failed.
    public void Boot()
    {
        _qemu = ChildProcess.Start(_command, _log, []);
        Wait.Until(() => (_console = TryConnect()) is not null, () => Describe("qemu did not start"));
        _ = ReadUntil(Ready, "the boot", Timeout);
        var state = Run("systemctl is-system-running --wait || systemctl --failed --plain --no-legend");
        if (state.Output.Trim() != "running")
        {
            throw new ChaosException($"the machine is not up: {state.Output}");
        }
    }

    // Runs a script with bash, as root; its output includes what it writes to standard error.
    public ToolResult Run(string script, TimeSpan? timeout = null)
    {
        var marker = RandomNumberGenerator.GetHexString(16);
        Send($"(\n{script}\n) </dev/null 2>&1; printf '\\n%s %d\\n' {marker} $?\n");
        return ReadUntil(marker, script, timeout ?? Timeout);
    }

    // The output of a script that must succeed.
    public string Require(string script)
    {
        var result = Run(script);
        return result.Succeeded
            ? result.Output.Trim()
            : throw new ChaosException(
                $"'{script}' ended with {result.Status}: {string.Join('\n', result.Lines.TakeLast(TailLines))}");
    }

    // Standard output as bytes, of a script that must succeed.
    public byte[] Read(string script) =>
        Convert.FromBase64String(Require($"set -o pipefail; ({script}) | base64"));

    public void CutPower()
    {
        if (_qemu is { HasExited: false })
        {
            ProcessTable.Kill([_qemu.Identity.Pid]);
        }

        AwaitEnd();
    }

    // Shuts down in order.
    public void Stop()
    {
        Send("systemctl poweroff\n");
        AwaitEnd();
    }

    public void Reboot()
    {
        Stop();
        Boot();
    }

    public void Dispose() => CutPower();

    private static void Make(params string[] command) => Tool.Run(command).OrThrow(string.Join(' ', command));

    private Socket? TryConnect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(_consolePath));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private void AwaitEnd()
    {
        if (_qemu?.WaitForExit(Timeout) == false)
        {
            throw new ChaosException(Describe("the machine did not shut down"));
        }

        _console?.Dispose();
    }

    private void Send(string text) => _console!.Send(Encoding.UTF8.GetBytes(text));

    // Reads up to a line with this marker and an exit status.
    private ToolResult ReadUntil(string marker, string what, TimeSpan timeout)
    {
        var watch = Stopwatch.StartNew();
        var read = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var left = timeout - watch.Elapsed;
            if (left < TimeSpan.Zero || !_console!.Poll(left, SelectMode.SelectRead))
            {
                throw new ChaosException(Describe($"'{what}' did not end within {timeout.TotalSeconds} s "
                    + $"after '{Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(read)).Trim()}'"));
            }

            var count = _console.Receive(buffer);
            if (count == 0)
            {
                throw new ChaosException(Describe($"the machine went off during '{what}'"));
            }

            read.AddRange(buffer.AsSpan(0, count));
            var bytes = CollectionsMarshal.AsSpan(read);
            var match = StatusLine().Match(Encoding.UTF8.GetString(bytes[^Math.Min(StatusBytesMax, bytes.Length)..]));
            if (match.Success && match.Groups[1].Value == marker)
            {
                var status = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
                return new ToolResult(status, Encoding.UTF8.GetString(bytes[..^match.Length]), "");
            }
        }
    }

    private string Describe(string what) =>
        $"{what}; the console says: {string.Join('\n', File.ReadLines(_log).TakeLast(TailLines))}";

    [GeneratedRegex(@"\n(\w+) (\d+)\n$")]
    private static partial Regex StatusLine();
}
