namespace Rinha.LoadTest.Chaos;

/// <summary>One kind of fault, tried many times against a running bank; finds what must not happen.</summary>
internal interface ICampaign
{
    /// <summary>A word for <c>--only</c>: small letters, digits and hyphens.</summary>
    string Name { get; }

    /// <summary>What is done to the bank, in a few words for the table.</summary>
    string Fault { get; }

    /// <summary>How often the fault is tried.</summary>
    /// <param name="isShort">Whether this is the short campaign of continuous integration.</param>
    int Times(bool isShort);

    /// <summary>
    /// Tries the fault <see cref="CampaignRun.Times"/> times. Counts each with <see cref="CampaignRun.Tried"/>, and
    /// tells the run what it finds. Everything it starts has ended when it returns.
    /// </summary>
    void Run(CampaignRun run);
}
