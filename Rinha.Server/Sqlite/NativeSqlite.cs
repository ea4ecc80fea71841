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

// The calls of the hot path, about thirty a transaction, on raw pointers. They save SQLitePCLRaw's dispatch and
// reference count for each call.
internal static unsafe partial class StatementCalls
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, byte* bytes, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInt64(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* ColumnBlob(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnBytes(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes")]
    public static partial int Changes(nint database);
}
