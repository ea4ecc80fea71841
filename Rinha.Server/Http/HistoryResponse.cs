using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>The answer to a request for a page of the history.</summary>
/// <param name="Page">What was read.</param>
[JsonConverter(typeof(HistoryConverter))]
internal readonly record struct HistoryResponse(HistoryPage Page);
