using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

public sealed class BaselinesTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("rinha-").FullName, "baselines");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Theory]
    [InlineData("main")]
    [InlineData("v1.2-rc_3")]
    [InlineData("2024")]
    public void A_plain_name_is_one(string name) => Assert.True(Baselines.IsName(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("../main")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("débito")]
    public void What_could_lead_elsewhere_is_no_name(string name)
    {
        Assert.False(Baselines.IsName(name));
        Assert.Throws<ArgumentException>(() => Baselines.Save(SampleReports.Closed(), name, _directory));
        Assert.False(Baselines.TryLoad(name, out _, out var problem, _directory));
        Assert.Contains("is no name for a baseline", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_an_end() => Assert.False(Baselines.IsName(new string('a', 101)));

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var path = Baselines.Save(SampleReports.Open(), "main", _directory);
        Assert.Equal(Path.Combine(_directory, "main.json"), path);
        Assert.True(Baselines.TryLoad("main", out var report, out var problem, _directory));
        Assert.Null(problem);
        Assert.Equal(Rendered.Json(SampleReports.Open()), Rendered.Json(report));
    }

    [Fact]
    public void A_later_save_replaces_and_leaves_nothing_else()
    {
        Baselines.Save(SampleReports.Open(), "main", _directory);
        Baselines.Save(SampleReports.Closed(), "main", _directory);
        Assert.True(Baselines.TryLoad("main", out var report, out _, _directory));
        Assert.Equal("closed", report.Mode);
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_baseline_does_not_keep_the_one_that_it_was_compared_with()
    {
        Baselines.Save(SampleReports.Compared(), "main", _directory);
        Assert.True(Baselines.TryLoad("main", out var report, out _, _directory));
        Assert.Null(report.Baseline);
    }

    [Fact]
    public void A_missing_baseline_is_said_with_those_that_are_there()
    {
        Assert.False(Baselines.TryLoad("main", out _, out var problem, _directory));
        Assert.Equal($"there is no baseline 'main' in {_directory}", problem);
        Baselines.Save(SampleReports.Closed(), "two", _directory);
        Baselines.Save(SampleReports.Closed(), "one", _directory);
        Assert.False(Baselines.TryLoad("main", out _, out problem, _directory));
        Assert.EndsWith("; there are: one, two", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{\"schema\":\"rinha-load/9\"}")]
    public void A_broken_file_is_said(string content)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "main.json"), content);
        Assert.False(Baselines.TryLoad("main", out _, out var problem, _directory));
        Assert.Contains("main.json is no readable report", problem, StringComparison.Ordinal);
    }
}
