namespace Rinha.LoadTest.Chaos.Smuggling;

/// <summary>What may become of a second request (RFC 9112).</summary>
internal enum SecondFate
{
    /// <summary>It is part of a body, or behind a request whose framing is faulty: it is never carried out.</summary>
    Forbidden,

    /// <summary>It is one, if the server takes the first for one.</summary>
    Allowed,

    /// <summary>It is one: the control that shows that this campaign would see it.</summary>
    Demanded,
}
