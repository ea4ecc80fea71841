using Rinha.Stack.Databases;
using Rinha.Stack.Hosts;

namespace Rinha.Stack.Tests;

// Scale-out: hosts come, go and are cut off under load, and the ledger stays correct.
[Collection(RunsAlone.Name)]
public sealed class HostsTests
{
    private const int CutMilliseconds = 5000;

    [Fact]
    public async Task Hosts_come_and_go_and_no_request_fails()
    {
        using var bank = Bank();
        bank.RouteTo(1);
        bank.StopApi(2);
        var load = bank.LoadFor(10, "--retry");
        bank.StartApi(2);
        bank.RouteTo(1, 2);
        bank.RouteTo(2);
        bank.StopApi(1);
        bank.StartApi(1);
        bank.RouteTo(1, 2);
        // A restart without an nginx reload: nginx notices by itself.
        bank.StopApi(1);
        bank.StartApi(1);
        Assert.False(load.IsCompleted, "the load ended before the last change");

        var report = await load;
        Assert.Equal(0, report.GetProperty("summary").GetProperty("failed").GetInt64());
        bank.AssertLedger(report);
    }

    [Fact]
    public async Task A_cut_off_API_loses_only_the_requests_in_flight_and_recovers()
    {
        const int connections = 64;
        using var bank = Bank();
        var load = bank.LoadFor(20);
        Wait.Until(() => bank.Served(2) > 0, "api2 serves");
        bank.Unplug(BankOnHosts.NameOf(2));
        var others = bank.Served(1);
        Thread.Sleep(CutMilliseconds);
        Assert.True(bank.Served(1) > others, "the other API must keep serving");
        bank.Plug(BankOnHosts.NameOf(2));
        var before = 0.0;
        Wait.Until(() => (before = bank.Served(2)) > 0, "api2 is reachable again");
        Wait.Until(() => bank.Served(2) > before, "api2 serves again");

        var report = await load;
        Assert.InRange(report.GetProperty("summary").GetProperty("failed").GetInt64(), 0, connections);
        bank.AssertLedger(report);
    }

    [Fact]
    public async Task While_PostgreSQL_is_cut_off_the_bank_answers_503_and_loses_or_duplicates_nothing()
    {
        using var bank = Bank();
        var load = bank.LoadFor(20, "--retry");
        Wait.Until(() => bank.Served(1) > 0, "the bank serves");
        bank.Unplug(BankOnHosts.Database);
        var probes = Enumerable.Range(0, 4).Select(_ => bank.Probe()).ToList();
        bank.Plug(BankOnHosts.Database);
        Assert.All(probes, probe => Assert.True(probe.Status is 503 or 422, $"{probe.Status}"));
        Assert.Contains((503, true), probes);
        Wait.Until(() => bank.Probe().Status == 422, "the bank has recovered");

        var report = await load;
        var summary = report.GetProperty("summary");
        Assert.Equal(0, summary.GetProperty("failed").GetInt64());
        Assert.True(summary.GetProperty("retries").GetInt64() > 0);
        bank.AssertLedger(report);
    }

    // How posts spread over more hosts: docs/scale-out.md has the figures and the command. No part of a test run.
    [Fact(Explicit = true)]
    public void Measure_one_to_four_hosts_of_a_tenth_of_a_CPU()
    {
        using var bank = Bank(apis: 4, apiCpuQuota: 10_000, databaseCpuQuota: 60_000);
        const int accounts = 10_000;
        bank.AddAccounts(accounts);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("hosts requests/s p50(ms) p99(ms) failed CPU(us per request): PostgreSQL APIs nginx");
        foreach (var _ in Enumerable.Range(0, 6))
        {
            for (var apis = 1; apis <= 4; apis++)
            {
                bank.RouteTo([.. Enumerable.Range(1, apis)]);
                var report = bank.Measure([.. Enumerable.Range(1, apis).Select(BankOnHosts.NameOf)], accounts);
                output.WriteLine($"{apis} {report}");
            }
        }
    }

    private static BankOnHosts Bank(int apis = 2, int apiCpuQuota = 50_000, int databaseCpuQuota = 50_000)
    {
        Assert.SkipUnless(HostNetwork.IsPossible, "no network namespaces");
        Assert.SkipWhen(PostgresPrograms.Find() is null, "no PostgreSQL");
        return new BankOnHosts(apis, apiCpuQuota, databaseCpuQuota);
    }
}
