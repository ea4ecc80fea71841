using System.Runtime.CompilerServices;
using SQLitePCL;

[assembly: DisableRuntimeMarshalling]

namespace Rinha.Server.Sqlite;

// Two functions that SQLitePCLRaw lacks, from the library it has loaded.
internal static unsafe partial class NativeSqlite
{
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control")]
    public static partial int FileControl(sqlite3 database, nint name, int operation, out nint file);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_wal_hook")]
    public static partial nint WalHook(
        sqlite3 database, delegate* unmanaged[Cdecl]<nint, nint, byte*, int, int> hook, nint context);
}
