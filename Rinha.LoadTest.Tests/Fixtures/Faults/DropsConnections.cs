using System.Net.Sockets;

namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Closes the connection instead of answering, at every so many requests.</summary>
/// <param name="interval">How many requests from one to the next.</param>
/// <param name="applies">Whether the request is applied all the same.</param>
internal sealed class DropsConnections(int interval, bool applies) : StubLedger
{
    private int _requests;

    public int Dropped { get; private set; }

    public override StubAnswer Answer(StubRequest request)
    {
        if (++_requests % interval != 0)
        {
            return base.Answer(request);
        }

        Dropped++;
        if (applies)
        {
            base.Answer(request);
        }

        // As if the client were gone: the stub's connection ends with it.
        throw new SocketException();
    }
}
