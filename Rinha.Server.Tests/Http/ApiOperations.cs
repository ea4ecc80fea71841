namespace Rinha.Server.Tests.Http;

/// <summary>The operations of openapi.json.</summary>
public static class ApiOperations
{
    /// <summary>Each as METHOD PATH.</summary>
    public static TheoryData<string> Names { get; } =
        [.. ApiContract.Api.Operations.Select(operation => operation.ToString())];
}
