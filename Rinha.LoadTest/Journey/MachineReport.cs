namespace Rinha.LoadTest.Journey;

/// <summary>Where a journey was measured.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">How many of its cores there were for the stages and the load.</param>
/// <param name="System">System and kernel.</param>
/// <param name="Cgroup"><c>v1</c>, <c>v2</c>, or <c>none</c> where no limit was in force.</param>
public sealed record MachineReport(string Processor, int Cores, string System, string Cgroup);
