namespace Rinha.LoadTest.Http;

// TLS over a socket, blocking or not, with the system's OpenSSL 3 (section 3 of its manual has every function); .NET's
// SslStream would need a task per read. The libraries are loaded at the first https URL.
internal sealed unsafe partial class TlsContext
{
    private const string Library = "libssl.so.3";
    private const int SetMode = 33; // SSL_CTRL_MODE
    private const int PartialWriteFromMovingBuffer = 1 | 2;
    private const int SetServerName = 55; // SSL_CTRL_SET_TLSEXT_HOSTNAME
    private const int VerifyPeer = 1;

    private readonly nint _context;
    private readonly string _host;

    // host: a name or an address, which the certificate must have. Lives as long as the process.
    public TlsContext(string host, bool acceptsAnyCertificate)
    {
        _host = host;
        _context = NewContext(ClientMethod());
        _ = SetDefaultPaths(_context);
        SetVerification(_context, acceptsAnyCertificate ? 0 : VerifyPeer, 0);
        _ = ControlContext(_context, SetMode, PartialWriteFromMovingBuffer, 0);
    }

    // The handshake happens with the first read or write.
    public TlsSession Open(int descriptor)
    {
        var session = NewSession(_context);
        _ = SetDescriptor(session, descriptor);
        var host = Encoding.ASCII.GetBytes(_host + "\0");
        fixed (byte* name = host)
        {
            if (IPAddress.TryParse(_host, out _))
            {
                _ = RequireAddress(Parameters(session), name);
            }
            else
            {
                _ = ControlSession(session, SetServerName, 0, name);
                _ = RequireHost(session, name);
            }
        }

        SetConnectState(session);
        return new TlsSession(session);
    }

    [LibraryImport(Library, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_default_verify_paths")]
    private static partial int SetDefaultPaths(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_verify")]
    private static partial void SetVerification(nint context, int mode, nint callback);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint ControlContext(nint context, int command, nint number, nint pointer);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    private static partial nint NewSession(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    private static partial int SetDescriptor(nint session, int descriptor);

    [LibraryImport(Library, EntryPoint = "SSL_ctrl")]
    private static partial nint ControlSession(nint session, int command, nint number, byte* pointer);

    [LibraryImport(Library, EntryPoint = "SSL_set1_host")]
    private static partial int RequireHost(nint session, byte* name);

    [LibraryImport(Library, EntryPoint = "SSL_get0_param")]
    private static partial nint Parameters(nint session);

    [LibraryImport(Library, EntryPoint = "SSL_set_connect_state")]
    private static partial void SetConnectState(nint session);

    [LibraryImport("libcrypto.so.3", EntryPoint = "X509_VERIFY_PARAM_set1_ip_asc")]
    private static partial int RequireAddress(nint parameters, byte* address);
}

// A connection's TLS state. Reads and writes report errors as the system calls do: -1 and LibC.LastError.
internal sealed unsafe partial class TlsSession(nint session) : IDisposable
{
    private const string Library = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";
    private const int ErrorWantRead = 2;
    private const int ErrorWantWrite = 3;
    private const int ErrorZeroReturn = 6;
    private const int ProtocolError = 71; // EPROTO

    private nint _session = session;

    // Whether the last call waits for bytes from the server.
    public bool WantsRead { get; private set; }

    // Whether decrypted bytes are left, which epoll does not report.
    public bool HasPending => Pending(_session) > 0;

    // Null, or what is wrong. For a blocking socket.
    public string? Handshake()
    {
        if (DoHandshake(_session) == 1)
        {
            return null;
        }

        var error = PeekError();
        var result = VerifyResult(_session);
        ClearErrors();
        return result != 0 ? $"{Text(VerifyErrorText(result))} (--insecure accepts any certificate)"
            : error != 0 ? $"the TLS handshake failed: {Text(ReasonText(error))}"
            : "the TLS handshake got no answer";
    }

    public int Read(Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Result(Read(_session, start, bytes.Length), ended: 0);
        }
    }

    public int Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Result(Write(_session, start, bytes.Length), ended: -1);
        }
    }

    public void Dispose()
    {
        Free(_session);
        _session = 0;
    }

    private int Result(int count, int ended)
    {
        var error = count > 0 ? 0 : ErrorOf(_session, count);
        WantsRead = error == ErrorWantRead;
        if (error == 0)
        {
            return count;
        }

        ClearErrors(); // The next call's error must not be this one.
        Marshal.SetLastPInvokeError(error is ErrorWantRead or ErrorWantWrite ? LibC.Again : ProtocolError);
        return error == ErrorZeroReturn ? ended : -1;
    }

    private static string? Text(nint text) => Marshal.PtrToStringUTF8(text);

    [LibraryImport(Library, EntryPoint = "SSL_do_handshake")]
    private static partial int DoHandshake(nint session);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    private static partial int Read(nint session, byte* bytes, int count);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    private static partial int Write(nint session, byte* bytes, int count);

    [LibraryImport(Library, EntryPoint = "SSL_pending")]
    private static partial int Pending(nint session);

    [LibraryImport(Library, EntryPoint = "SSL_get_error")]
    private static partial int ErrorOf(nint session, int result);

    [LibraryImport(Library, EntryPoint = "SSL_get_verify_result")]
    private static partial nint VerifyResult(nint session);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    private static partial void Free(nint session);

    [LibraryImport(Crypto, EntryPoint = "X509_verify_cert_error_string")]
    private static partial nint VerifyErrorText(nint result);

    [LibraryImport(Crypto, EntryPoint = "ERR_peek_error")]
    private static partial nuint PeekError();

    [LibraryImport(Crypto, EntryPoint = "ERR_reason_error_string")]
    private static partial nint ReasonText(nuint error);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();
}
