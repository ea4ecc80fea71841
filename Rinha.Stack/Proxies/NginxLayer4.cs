namespace Rinha.Stack.Proxies;

/// <summary>nginx at layer 4: it passes connections on, and the servers speak HTTP with the clients.</summary>
public sealed class NginxLayer4 : Nginx
{
    // As in the template; Debian's package has it.
    private const string TemplateModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    public override bool IsLayer4 => true;

    /// <summary>The template, with the module if this machine's nginx loads it.</summary>
    public static new string Template
    {
        get
        {
            var text = File.ReadAllText(Repository.PathOf("stacks", "nginx-stream", "nginx.conf"));
            return FindModule() is { } module
                ? text.Replace("#module: ", "", StringComparison.Ordinal)
                    .Replace(TemplateModule, module, StringComparison.Ordinal)
                : text;
        }
    }

    public override bool IsOf(string stack) => stack.StartsWith("nginx-stream", StringComparison.Ordinal);

    public override void Require(Packages packages)
    {
        base.Require(packages);
        if (FindModule() is { } module && !File.Exists(module))
        {
            packages.Install(module, "libnginx-mod-stream");
        }
    }

    protected override string ReadTemplate() => Template;

    // The module's file; null when it is built in.
    private static string? FindModule()
    {
        var build = Tool.Run(["nginx", "-V"]).Error;
        return !Regex.IsMatch(build, @"--with-stream[=\s]") ? throw new StackException("nginx has no stream module")
            : !build.Contains("--with-stream=dynamic", StringComparison.Ordinal) ? null
            : Regex.Match(build, @"--modules-path=(\S+)") is { Success: true } path
                ? path.Groups[1].Value + "/ngx_stream_module.so"
            : TemplateModule;
    }
}
