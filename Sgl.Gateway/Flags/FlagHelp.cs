using System.Globalization;
using System.Text;

namespace Sgl.Gateway.Flags;

/// <summary>The text of --help, made from the table of flags.</summary>
internal static class FlagHelp
{
    public static string Text()
    {
        StringBuilder text = new();
        text.AppendLine("Serves a language model over HTTP: SGLang's native API and OpenAI's.");
        text.AppendLine("usage: Sgl.Gateway [--flag value | --flag=value]...   (unique prefixes of flags will do)");
        text.AppendLine();
        GatewayOptions defaults = new();
        foreach (Flag flag in FlagTable.All)
        {
            string names = flag.Alias is null ? flag.Name : $"{flag.Name}, {flag.Alias}";
            text.AppendLine(flag.IsSwitch ? $"  {names}" : $"  {names} {flag.Value}");
            text.AppendLine(
                flag.IsSwitch ? $"      {flag.Help}" : $"      {flag.Help} (default: {Default(flag, defaults)})");
        }

        text.AppendLine("  --help, -h").AppendLine("      this text");
        return text.ToString();
    }

    private static string Default(Flag flag, GatewayOptions defaults) =>
        flag.Unset ?? Convert.ToString(flag.Read(defaults), CultureInfo.InvariantCulture) ?? "";
}
