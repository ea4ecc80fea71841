namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>A name made or deleted in the directory, perhaps on the disk.</summary>
/// <param name="Position">Where the log tells of it.</param>
/// <param name="Name">Which.</param>
/// <param name="File">What it names from now on; <see langword="null"/> when it is deleted.</param>
internal readonly record struct NameChange(long Position, LoggedFile Name, ReplayedFile? File);
