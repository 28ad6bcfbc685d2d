using System.Collections.Frozen;

namespace Sgl.Engine.Text;

/// <summary>
/// How a conversation's turns are put together: 19 forms that came up before tokenizers brought their templates.
/// </summary>
/// <param name="Begin">What comes before the first turn.</param>
/// <param name="Turn">A turn with its message; i is its number, from 0.</param>
/// <param name="Open">The last turn, which the model is to fill.</param>
internal sealed record SeparatorStyle(
    Func<BuiltInTemplate, string> Begin,
    Func<BuiltInTemplate, int, string, string, string> Turn,
    Func<BuiltInTemplate, int, string, string> Open)
{
    /// <summary>By the names that --chat-template files give them.</summary>
    public static readonly FrozenDictionary<string, SeparatorStyle> All = new Dictionary<string, SeparatorStyle>
    {
        ["ADD_COLON_SINGLE"] = new(SystemThenSep, (c, _, r, m) => $"{r}: {m}{c.Sep}", (_, _, r) => r + ":"),
        ["ADD_COLON_TWO"] = new(SystemThenSep, (c, i, r, m) => $"{r}: {m}{c.SepAfter(i)}", (_, _, r) => r + ":"),
        ["ADD_COLON_SPACE_SINGLE"] = new(SystemThenSep, (c, _, r, m) => $"{r}: {m}{c.Sep}", (_, _, r) => r + ": "),
        ["NO_COLON_SINGLE"] = new(System, (c, _, r, m) => r + m + c.Sep, (_, _, r) => r),
        ["NO_COLON_TWO"] = new(System, (c, i, r, m) => r + m + c.SepAfter(i), (_, _, r) => r),
        ["ADD_NEW_LINE_SINGLE"] = new(
            c => c.IfSystem(c.System + c.Sep), (c, _, r, m) => $"{r}\n{m}{c.Sep}", (_, _, r) => r + "\n"),
        ["LLAMA2"] = new(
            c => c.SystemMessage.Length > 0 ? c.System : "[INST] ",
            (c, i, _, m) => i == 0 ? m + " " : $"{c.RoleOf(i)} {m}{c.SepAfter(i)}",
            (c, i, _) => c.RoleOf(i)),
        ["LLAMA3"] = new(
            c => "<|begin_of_text|>" + (c.SystemMessage.Length > 0 ? c.System : ""),
            (_, _, r, m) => $"<|start_header_id|>{r}<|end_header_id|>\n\n{m.Trim()}<|eot_id|>",
            (_, _, r) => $"<|start_header_id|>{r}<|end_header_id|>\n\n"),
        ["CHATGLM"] = new(
            c => c.IfSystem(c.System + c.Sep),
            (c, i, r, m) => $"{Round(c, i)}{r}：{m}{c.Sep}",
            (c, i, r) => $"{Round(c, i)}{r}："),
        ["CHATML"] = new(
            c => c.IfSystem($"{c.System}{c.Sep}\n"), (c, _, r, m) => $"{r}\n{m}{c.Sep}\n", (_, _, r) => r + "\n"),
        ["CHATINTERN"] = new(
            System,
            (c, i, r, m) => $"{(i % 2 == 0 ? "<s>" : "")}{r}:{m}{c.SepAfter(i)}\n",
            (_, i, r) => $"{(i % 2 == 0 ? "<s>" : "")}{r}:"),
        ["DOLLY"] = new(
            System, (c, i, r, m) => $"{r}:\n{m}{c.SepAfter(i)}{(i % 2 == 1 ? "\n\n" : "")}", (_, _, r) => r + ":\n"),
        ["RWKV"] = new(System, (_, _, r, m) => $"{r}: {SingleSpaced(m)}\n\n", (_, _, r) => r + ":"),
        ["PHOENIX"] = new(System, (_, _, r, m) => $"{r}: <s>{m}</s>", (_, _, r) => r + ": <s>"),
        ["ROBIN"] = new(SystemThenSep, (c, _, r, m) => $"{r}:\n{m}{c.Sep}", (_, _, r) => r + ":\n"),
        ["FALCON_CHAT"] = new(
            c => c.SystemMessage.Length > 0 ? c.System + c.Sep : "",
            (c, _, r, m) => $"{r}: {m}{c.Sep}",
            (_, _, r) => r + ":"),
        ["CHATGLM3"] = new(
            c => c.SystemMessage.Length > 0 ? c.System : "", (_, _, r, m) => $"{r}\n{m}", (_, _, r) => r),
        ["DEEPSEEK_CHAT"] = new(System, (c, i, r, m) => $"{r}: {m}{c.SepAfter(i)}", (_, _, r) => r + ":"),
        ["METAMATH"] = new(
            c => c.IfSystem(c.System + c.Sep),
            (c, i, r, m) => i % 2 == 0 ? $"{r}:\n{m}{c.Sep}" : $"{r}: {c.Sep2}{m}",
            (c, i, r) => i % 2 == 0 ? $"{r}:\n" : $"{r}: {c.Sep2}"),
    }.ToFrozenDictionary();

    private static string System(BuiltInTemplate c) => c.System;

    private static string SystemThenSep(BuiltInTemplate c) => c.System + c.Sep;

    // ChatGLM2 counts its rounds from 1, ChatGLM from 0.
    private static string Round(BuiltInTemplate c, int turn) =>
        turn % 2 == 0 ? $"[Round {turn / 2 + (c.Name == "chatglm2" ? 1 : 0)}]{c.Sep}" : "";

    private static string SingleSpaced(string message) => message
        .Replace("\r\n", "\n").Replace("\n\n", "\n");
}
