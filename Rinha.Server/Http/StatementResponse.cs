using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>The answer to a request for a statement.</summary>
/// <param name="Statement">What was read.</param>
[JsonConverter(typeof(StatementConverter))]
internal readonly record struct StatementResponse(Statement Statement);
