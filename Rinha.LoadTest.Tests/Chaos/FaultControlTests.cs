using System.Buffers.Binary;
using Rinha.Chaos.UnderTest;

namespace Rinha.LoadTest.Tests.Chaos;

// The control file matches scripts/faults/faults.c.
public sealed class FaultControlTests
{
    [Fact]
    public void The_file_has_the_librarys_layout()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("control");
        using var control = new FaultControl(path);
        control.Arm(FaultPoint.InReset, 12, FaultAction.Stop);
        control.WriteErrno = 28;
        control.SyncErrno = 5;
        control.FailsEvery = 3;
        control.ClockOffsetSeconds = -3_600;

        var bytes = File.ReadAllBytes(path);
        int[] words = [.. Enumerable.Range(0, 8).Select(
            index => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(index * sizeof(int))))];

        Assert.Equal(4096, bytes.Length);
        Assert.Equal([7, 12, 2, 0, 28, 5, 3, 0], words);
        Assert.Equal(-3_600, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(64)));
        Assert.True(control.IsArmed);
        control.Disarm();
        Assert.False(control.IsArmed);
    }
}
