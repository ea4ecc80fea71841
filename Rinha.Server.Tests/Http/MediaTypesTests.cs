using Microsoft.Extensions.Primitives;
using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public sealed class MediaTypesTests
{
    public static TheoryData<string> Json { get; } =
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "application/json; version=1",
    ];

    public static TheoryData<string> NotJson { get; } =
    [
        "text/plain",
        "text/json",
        "application/xml",
        "application/jsonp",
        "application/json5",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "application",
        "json",
        "*/*",
    ];

    [Theory]
    [MemberData(nameof(Json))]
    public void JSON_in_UTF8_is_taken(string contentType) => Assert.True(MediaTypes.IsJson(contentType));

    [Theory]
    [MemberData(nameof(NotJson))]
    [InlineData("")]
    public void Anything_else_is_not(string contentType) => Assert.False(MediaTypes.IsJson(contentType));

    [Fact]
    public void Neither_none_nor_two_are_one()
    {
        Assert.False(MediaTypes.IsJson(StringValues.Empty));
        Assert.False(MediaTypes.IsJson(new StringValues(["application/json", "application/json"])));
    }
}
