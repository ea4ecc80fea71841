using System.Text.RegularExpressions;

namespace Rinha.Stack.Tests;

// docs/api.md: every command line returns the status in its comment; no operation or field is missing.
public sealed partial class ApiPageTests
{
    private static readonly string s_page = File.ReadAllText(Testing.Repository.PathOf("docs", "api.md"));

    private static readonly JsonElement s_document = JsonDocument.Parse(
        File.ReadAllText(Testing.Repository.PathOf("Rinha.Server", "openapi.json"))).RootElement;

    [Fact]
    public void Every_command_line_returns_its_status()
    {
        Assert.SkipWhen(Tool.Find("curl") is null, "no curl");
        using var stack = TestBank.Start();
        var lines = CommandLines();
        Assert.True(lines.Count > 30);
        var wrong = new List<string>();
        foreach (var line in lines)
        {
            var expected = Expected().Match(line);
            Assert.True(expected.Success, $"a command line without its status: {line}");
            var url = line["curl ".Length..].Replace(
                "localhost:9999", $"127.0.0.1:{stack.Port}", StringComparison.Ordinal);
            var command =
                $"curl --silent --output /dev/null --noproxy '*' --max-time 10 --write-out '%{{http_code}}' {url}";
            var scratch = Path.GetDirectoryName(stack.Data.FullPath);
            var status = Tool.Run(["bash", "-c", command], directory: scratch).Output;
            if (status != expected.Groups[1].Value)
            {
                wrong.Add($"{status}: {line}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_operation_has_a_command_line()
    {
        var lines = CommandLines();
        foreach (var path in s_document.GetProperty("paths").EnumerateObject())
        {
            var pathForm = Regex.Replace(path.Name, "{id}|{seq}", "[0-9]+");
            var url = $"http://localhost(:9999)?{pathForm}([?' ]|$)";
            var members = path.Value.EnumerateObject().Select(operation => operation.Name);
            foreach (var method in members.Where(name => name != "parameters"))
            {
                var pattern = method switch
                {
                    "head" => $"--head .*{url}",
                    "post" => $"(-X POST.*{url}|{url}.* -d )",
                    _ => url,
                };
                Assert.Contains(lines, line => Regex.IsMatch(line, pattern));
            }
        }
    }

    [Fact]
    public void Every_field_and_parameter_is_explained()
    {
        var components = s_document.GetProperty("components");
        var parameters = components.GetProperty("parameters").EnumerateObject()
            .Where(parameter => parameter.Value.GetProperty("in").GetString() != "path")
            .Select(parameter => parameter.Value.GetProperty("name").GetString()!);
        Assert.All(
            Names(components.GetProperty("schemas"), "properties").Concat(parameters),
            name => Assert.Contains($"`{name}`", s_page, StringComparison.Ordinal));
    }

    // The property names of every object with this member name, at any depth.
    private static IEnumerable<string> Names(JsonElement element, string member) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(child => Names(child.Value, member).Concat(
            child.Name == member && child.Value.ValueKind == JsonValueKind.Object
                ? child.Value.EnumerateObject().Select(inner => inner.Name)
                : [])),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Names(item, member)),
        _ => [],
    };

    // The page's command lines, with continuations joined.
    private static List<string> CommandLines() =>
    [
        .. from block in ShellBlock().Matches(s_page)
           let text = Continued().Replace(block.Groups[1].Value, " ")
           from line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
           select line,
    ];

    [GeneratedRegex("(?ms)^```sh\n(.*?)^```")]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\\\n *")]
    private static partial Regex Continued();

    [GeneratedRegex("^curl .* # ([0-9]{3})$")]
    private static partial Regex Expected();
}
