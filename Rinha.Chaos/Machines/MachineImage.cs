using System.Security.Cryptography;

namespace Rinha.Chaos.Machines;

// The disk that machines boot from: this Debian's systemd, kernel and nginx, without the bank. Made once from packages,
// without a mount, and kept below /var/cache/rinha-machine under a checksum of its recipe.
internal sealed record MachineImage(string Directory)
{
    private const string Cache = "/var/cache/rinha-machine";
    private const string Size = "3G"; // Sparse: 600 MB are used.
    private const int Attempts = 3;

    private static readonly string[] s_packages =
        ["systemd", "systemd-sysv", "linux-image-cloud-amd64", "udev", "dbus", "nginx", "curl"];

    private static readonly (string Program, string Package)[] s_programs =
    [
        ("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils"), ("mkfs.xfs", "xfsprogs"),
        ("debootstrap", "debootstrap"),
    ];

    public string Disk => Path.Combine(Directory, "disk.img");
    public string Kernel => Path.Combine(Directory, "vmlinuz");
    public string Initrd => Path.Combine(Directory, "initrd.img");

    // Runs in the new system. The console is a root shell on a separate port: a login on ttyS0 would share it with
    // the kernel's messages. The initial RAM disk holds what mounts the disk and nothing else.
    private static string SetUp => $"""
        set -e
        echo bank >/etc/hostname
        echo '127.0.0.1 localhost bank' >/etc/hosts
        mkdir -p {Machine.FilesPath} {Machine.DataPath}
        printf '%s\n' '/dev/vda / ext4 defaults 0 0' '/dev/vdb {Machine.DataPath} auto defaults 0 0' \
          '/dev/vdc {Machine.FilesPath} ext4 ro 0 0' >/etc/fstab
        printf '%s\n' '[Match]' 'Name=en*' '[Network]' Address=10.0.2.15/24 LinkLocalAddressing=no \
          >/etc/systemd/network/bank.network
        console='exec <>/dev/virtio-ports/{Machine.ConsolePort} >&0 2>&0; echo; echo {Machine.Ready} 0; exec bash'
        printf '%s\n' '[Unit]' StartLimitIntervalSec=0 '[Service]' Restart=always RestartSec=100ms \
          Environment=HOME=/root "ExecStart=/bin/bash -c '$console'" '[Install]' WantedBy=multi-user.target \
          >/etc/systemd/system/rinha-console.service
        systemctl enable systemd-networkd rinha-console
        systemctl mask serial-getty@ttyS0 getty@tty1 apt-daily.timer apt-daily-upgrade.timer e2scrub_reap
        echo MODULES=list >/etc/initramfs-tools/conf.d/rinha
        printf '%s\n' virtio_pci virtio_blk ext4 >>/etc/initramfs-tools/modules
        update-initramfs -u
        """;

    // Makes the image if its recipe is new; throws CampaignSkipped where none can be made. extraPackages: Debian's,
    // beside those of every machine.
    public static MachineImage Obtain(ChaosSettings settings, params string[] extraPackages)
    {
        var release = File.ReadLines("/etc/os-release").Select(line => line.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[^1].Trim('"'));
        if (!Environment.IsPrivilegedProcess || release.GetValueOrDefault("ID") != "debian"
            || RuntimeInformation.OSArchitecture != Architecture.X64)
        {
            throw new CampaignSkipped("a virtual machine needs root on Debian, x64");
        }

        settings.RequirePrograms(s_programs);
        string[] include = [.. s_packages, .. extraPackages];
        var suite = release["VERSION_CODENAME"];
        var recipe = SHA256.HashData(Encoding.UTF8.GetBytes($"{suite} {Size} {string.Join(',', include)} {SetUp}"));
        var image = new MachineImage(Path.Combine(Cache, Convert.ToHexStringLower(recipe)[..12]));
        if (System.IO.Directory.Exists(image.Directory))
        {
            return image;
        }

        System.IO.Directory.CreateDirectory(Cache);
        var path = Path.Combine(Cache, ".lock");
        using var held = FileLock.Take(path, () => Console.Error.WriteLine("waiting for an image"));
        if (!System.IO.Directory.Exists(image.Directory))
        {
            image.Make(suite, include);
        }

        return image;
    }

    private void Make(string suite, string[] include)
    {
        Console.Error.WriteLine($"making a machine's disk from Debian's packages in {Directory}");
        var making = Directory + ".new";
        var root = Path.Combine(making, "root");
        Bootstrap(["debootstrap", "--variant=minbase", $"--include={string.Join(',', include)}", suite, root], making);
        Tool.Run(["chroot", root, "bash", "-c", SetUp]).OrThrow("the machine's set-up failed");
        foreach (var file in new[] { "vmlinuz", "initrd.img" })
        {
            var source = System.IO.Directory.GetFiles(Path.Combine(root, "boot"), file + "-*")[0];
            File.Copy(source, Path.Combine(making, file));
        }

        Tool.Run(["mkfs.ext4", "-q", "-d", root, Path.Combine(making, "disk.img"), Size]).OrThrow("mkfs.ext4 failed");
        Files.DeleteTrees(root);
        System.IO.Directory.Move(making, Directory);
    }

    // An archive that cannot be reached is no fault of the bank.
    private static void Bootstrap(string[] command, string making)
    {
        for (var attempt = 1; ; attempt++)
        {
            Files.DeleteTrees(making);
            var result = Tool.Run(command);
            if (result.Succeeded)
            {
                return;
            }

            if (attempt == Attempts)
            {
                throw new CampaignSkipped($"debootstrap failed {Attempts} times: {result.LastLine}");
            }

            Thread.Sleep(TimeSpan.FromSeconds(20));
        }
    }
}
