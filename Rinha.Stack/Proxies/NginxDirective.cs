namespace Rinha.Stack.Proxies;

/// <summary>
/// A directive of the files that nginx includes in its <c>server</c> block, and those of its block, such as a
/// <c>location</c>. Files that these include are not read.
/// </summary>
public sealed partial record NginxDirective(
    string File, IReadOnlyList<string> Words, IReadOnlyList<NginxDirective> Block)
{
    public string Name => Words[0];

    public string Value => Words.ElementAtOrDefault(1) ?? "";

    /// <summary>This one and all below it.</summary>
    public IEnumerable<NginxDirective> All => [this, .. Block.SelectMany(directive => directive.All)];

    /// <summary>The directives of all *.conf files, outermost.</summary>
    public static IReadOnlyList<NginxDirective> Read(string directory) =>
    [
        .. from file in Files.Try(() => Directory.GetFiles(directory, "*.conf"), []).Order()
           let tokens = Token().Matches(System.IO.File.ReadAllText(file)).Select(match => match.Value)
           from directive in Parse(file, new Queue<string>(tokens.Where(token => token[0] != '#')))
           select directive,
    ];

    /// <summary>
    /// Names the directives that ask every client for a login, or <see langword="null"/>. One inside a location does
    /// not count, nor one that a location of the user's with a proxy_pass turns off.
    /// </summary>
    public static string? LoginOf(IReadOnlyList<NginxDirective> server)
    {
        var bypasses = server
            .Where(block => block.Block.Count > 0 && block.All.Any(directive => directive.Name == "proxy_pass"))
            .SelectMany(block => block.All).ToList();
        var logins = server.Where(directive => directive.Name switch
            {
                // nginx asks for no password without a list of them.
                "auth_basic" => directive.Value != "off" && server.Any(other => other.Name == "auth_basic_user_file"),
                "auth_request" => directive.Value != "off",
                "ssl_verify_client" => directive.Value == "on",
                _ => false,
            })
            .Where(login => !bypasses.Any(directive => directive.Name == login.Name && directive.Value == "off"))
            .Select(login => $"{login.Name} of {login.File}");
        return string.Join(", ", logins.Distinct()) is { Length: > 0 } text ? text : null;
    }

    /// <summary>What makes nginx refuse every client, or nothing where a login is meant.</summary>
    /// <param name="directory">Where nginx looks for relative paths.</param>
    public static string? ConflictOf(IReadOnlyList<NginxDirective> server, bool hasTls, string directory)
    {
        var certificate = server.FirstOrDefault(one => one is { Name: "ssl_verify_client", Value: not "off" });
        if (certificate is not null && !hasTls)
        {
            return $"ssl_verify_client of {certificate.File} has no effect without --tls";
        }

        bool IsUnreadable(string file) => !file.Contains('$')
            && !Tool.Run([.. UserAccount.Proxy.AsUser, "test", "-r", Path.GetFullPath(file, directory)]).Succeeded;
        return server.SelectMany(directive => directive.All)
            .Where(directive => directive.Name == "auth_basic_user_file" && IsUnreadable(directive.Value))
            .Select(users => $"{users.Value}, the auth_basic_user_file of {users.File}, cannot be read by " +
                UserAccount.Proxy.Name)
            .FirstOrDefault();
    }

    // Up to the end of a block or of the file.
    private static List<NginxDirective> Parse(string file, Queue<string> tokens)
    {
        var (directives, words) = (new List<NginxDirective>(), new List<string>());
        while (tokens.TryDequeue(out var token) && token != "}")
        {
            if (token is not (";" or "{"))
            {
                words.Add(token.Trim('"', '\''));
                continue;
            }

            var block = token == "{" ? Parse(file, tokens) : [];
            directives.Add(new NginxDirective(file, words is [] ? [""] : words, block));
            words = [];
        }

        return directives;
    }

    // A comment, a quoted word, punctuation, or a word, in which ${name} is no block.
    [GeneratedRegex("""#.*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{\w*\}|\\.|[^\s{};])+""")]
    private static partial Regex Token();
}
