using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server;

/// <summary>A ledger as the server opens it, whichever it is: measured, and closed at the end.</summary>
internal interface IServedLedger : ILedger, IDisposable
{
    /// <summary>Adds what the ledger counts to the metrics of the server.</summary>
    void AddTo(MetricSet metrics);
}
