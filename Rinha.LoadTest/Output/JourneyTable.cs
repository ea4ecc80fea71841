namespace Rinha.LoadTest.Output;

/// <summary>A table of a journey, before it is written as text or HTML.</summary>
/// <param name="Id">Of the element, unique on the page.</param>
/// <param name="Title">What is in it.</param>
/// <param name="Headings">Of the columns; the first names the rows.</param>
/// <param name="Rows">Each with as many cells as there are headings.</param>
internal sealed record JourneyTable(
    string Id, string Title, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows);
