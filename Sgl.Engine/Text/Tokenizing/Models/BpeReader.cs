using System.Text;
using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Reads the "model" object of tokenizer.json straight from its bytes: the vocabulary and the merges are nearly all of
/// a file of tens of megabytes.
/// </summary>
internal sealed class BpeReader
{
    private readonly Dictionary<string, JsonElement> _settings = [];
    private readonly Vocabulary _vocabulary = new();
    private readonly MergeTable _merges = new();
    private BpeOptions _options = new();
    private MergeSeams? _seams;
    private byte[] _left = new byte[256];
    private byte[] _right = new byte[256];

    // What the merge before results in.
    private int _result;

    private BpeReader()
    {
    }

    /// <param name="reader">Stands on the model's opening brace; afterwards on its closing one.</param>
    /// <exception cref="FormatException">Not a BPE model, or a broken one.</exception>
    public static BpeParts Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new FormatException("the \"model\" is not an object");
        var model = new BpeReader();
        // The merges need the vocabulary and the settings, which may come behind them.
        var merges = reader;
        var (hasVocabulary, hasMerges) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "vocab" when reader.TokenType == JsonTokenType.StartObject:
                    model.ReadVocabulary(ref reader);
                    hasVocabulary = true;
                    break;
                case "merges":
                    merges = reader;
                    hasMerges = true;
                    reader.Skip();
                    break;
                default:
                    model._settings[name] = JsonElement.ParseValue(ref reader);
                    break;
            }
        }

        var type = model.Setting("type") ?? "BPE";
        if (type != "BPE") throw new FormatException($"the model {type} is not known (known are BPE and Unigram)");
        if (!hasVocabulary || !hasMerges) throw new FormatException("the model has no vocab or no merges");
        model.ReadOptions();
        model.ReadMerges(merges);
        return new(model._vocabulary, model._merges, model._options, model._seams);
    }

    private void ReadVocabulary(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var content = Copy(ref reader, ref _left);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id)
                || id is < 0 or > Vocabulary.HighestId)
            {
                throw new FormatException(
                    $"the vocabulary gives {Encoding.UTF8.GetString(content)} no id from 0 to {Vocabulary.HighestId}");
            }

            _vocabulary.Add(content, id);
        }
    }

    private void ReadOptions()
    {
        if (_settings.TryGetValue("dropout", out var dropout) && dropout.ValueKind == JsonValueKind.Number
            && dropout.GetDouble() != 0)
            throw new FormatException("the model has a dropout, which would encode a text differently every time");
        var unknown = Setting("unk_token");
        _options = new BpeOptions
        {
            Unknown = unknown is null ? -1 : _vocabulary.Find(unknown),
            FuseUnknown = Flag("fuse_unk"),
            ByteFallback = Flag("byte_fallback"),
            IgnoreMerges = Flag("ignore_merges"),
            ContinuingPrefix = Setting("continuing_subword_prefix") ?? "",
            EndSuffix = Setting("end_of_word_suffix") ?? "",
        };
        if (BpeParts.MayBeCut(_vocabulary, _options)) _seams = new MergeSeams();
    }

    private void ReadMerges(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new FormatException("the merges are not a list");
        var prefix = Encoding.UTF8.GetByteCount(_options.ContinuingPrefix);
        var rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ReadOnlySpan<byte> left, right;
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                left = ReadPart(ref reader, ref _left);
                right = ReadPart(ref reader, ref _right);
                if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray) throw NoPair(rank);
            }
            else
            {
                if (reader.TokenType != JsonTokenType.String) throw NoPair(rank);
                var line = Copy(ref reader, ref _left);
                if (line.StartsWith("#version"u8)) continue;
                var space = line.IndexOf((byte)' ');
                if (space < 0 || line[(space + 1)..].Contains((byte)' ')) throw NoPair(rank);
                left = line[..space];
                right = line[(space + 1)..];
            }

            AddMerge(left, right, rank++, prefix);
        }
    }

    private void AddMerge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int rank, int prefix)
    {
        if (right.Length < prefix) throw NoPair(rank);
        var length = left.Length + right.Length - prefix;
        Span<byte> merged = length <= 512 ? stackalloc byte[length] : new byte[length];
        left.CopyTo(merged);
        right[prefix..].CopyTo(merged[left.Length..]);
        // Nearly always the results come in the order of their ids.
        if (!_vocabulary.Is(_result, merged) && !_vocabulary.Is(++_result, merged))
            _result = Find(merged, "the result of a merge");
        if (IsByte(left) || IsByte(right)) _seams = null;
        _seams?.Add(left, right);
        _merges.Add(Find(left, "a merge"), Find(right, "a merge"), rank, _result);
    }

    private int Find(ReadOnlySpan<byte> content, string what) => _vocabulary.Find(content) is var id and >= 0
        ? id
        : throw new FormatException($"{what}, {Encoding.UTF8.GetString(content)}, is not in the vocabulary");

    private static ReadOnlySpan<byte> ReadPart(scoped ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            throw new FormatException("a merge is not a pair of strings");
        return Copy(ref reader, ref buffer);
    }

    /// <summary>A string's UTF-8, without its escapes; good until the buffer is used again.</summary>
    private static ReadOnlySpan<byte> Copy(scoped ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (buffer.Length < reader.ValueSpan.Length) buffer = new byte[reader.ValueSpan.Length];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    /// <summary>A token that stands for a byte of some character, not for what it is written with.</summary>
    private static bool IsByte(ReadOnlySpan<byte> token) => token.Length == 6 && token.StartsWith("<0x"u8);

    private static FormatException NoPair(int rank) => new($"merge {rank} is neither a pair nor two words");

    private string? Setting(string name) =>
        _settings.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private bool Flag(string name) =>
        _settings.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.True;
}
