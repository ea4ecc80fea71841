using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class ScreenPlanTests
{
    [Theory]
    [InlineData(1, "Header 1")]
    [InlineData(3, "Header 2, Keys 1")]
    [InlineData(7, "Header 2, Nothing 4, Keys 1")]
    [InlineData(8, "Header 2, Totals 5, Keys 1")]
    [InlineData(14, "Header 2, Totals 5, Charts 6, Keys 1")]
    [InlineData(19, "Header 2, Totals 5, Charts 6, Tables 5, Keys 1")]
    [InlineData(24, "Header 2, Totals 8, Charts 7, Tables 6, Keys 1")]
    [InlineData(33, "Header 2, Totals 8, Charts 16, Tables 6, Keys 1")]
    [InlineData(34, "Header 2, Totals 8, Charts 7, LatencyCharts 10, Tables 6, Keys 1")]
    [InlineData(60, "Header 2, Totals 8, Charts 22, LatencyCharts 21, Tables 6, Keys 1")]
    public void What_matters_most_gets_its_rows_first(int height, string bands) =>
        Assert.Equal(
            bands,
            string.Join(", ", ScreenPlan.Of(height, tableLines: 4).Select(band => $"{band.Band} {band.Rows}")));

    [Fact]
    public void The_rows_add_up_to_the_height()
    {
        for (var height = 1; height <= 100; height++)
        {
            for (var tableLines = 1; tableLines <= 20; tableLines++)
            {
                var bands = ScreenPlan.Of(height, tableLines);
                Assert.Equal(height, bands.Sum(band => band.Rows));
                Assert.All(bands, band => Assert.True(band.Rows > 0));
            }
        }
    }
}
