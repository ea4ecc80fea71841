namespace Rinha.LoadTest.Http;

/// <summary>What a connection is doing; past <see cref="Idle"/> a request is under way.</summary>
internal enum ConnectionState
{
    Closed,
    Idle,
    Connecting,
    Sending,
    Receiving,
}
