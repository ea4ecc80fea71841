namespace Rinha.LoadTest.Http;

/// <summary>
/// Who sends requests over a connection and hears what became of them: exactly one call for each request.
/// </summary>
internal interface IConnectionOwner
{
    /// <summary>The answer is whole. The connection is free for the next request, also from inside this call.</summary>
    void OnAnswer(Connection connection, in Answer answer);

    /// <summary>There is no answer and will be none. The connection is closed; a next request opens it again.</summary>
    void OnFailure(Connection connection, FailureKind kind);
}
