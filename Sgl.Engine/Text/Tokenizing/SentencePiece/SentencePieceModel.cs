namespace Sgl.Engine.Text.Tokenizing.SentencePiece;

/// <summary>What a SentencePiece tokenizer.model holds.</summary>
internal sealed class SentencePieceModel
{
    private const int Unigram = 1;
    private const int BytePairs = 2;

    private readonly List<(string Content, float Score, PieceType Type)> _pieces = [];
    private int _modelType = Unigram;

    /// <exception cref="FormatException">It is broken, or no such model.</exception>
    public SentencePieceModel(ReadOnlySpan<byte> content)
    {
        var reader = new ProtobufReader(content);
        while (reader.Read())
        {
            if (reader.Field == 1) ReadPiece(reader.Bytes);
            else if (reader.Field == 2) ReadTraining(reader.Bytes);
            else if (reader.Field == 3) ReadNormalization(reader.Bytes);
        }

        if (_pieces.Count == 0) throw new FormatException("it has no pieces");
        if (_modelType is not (Unigram or BytePairs))
            throw new FormatException($"its model_type is {_modelType}; known are 1 (unigram) and 2 (BPE)");
    }

    /// <summary>By id.</summary>
    public IReadOnlyList<(string Content, float Score, PieceType Type)> Pieces => _pieces;

    public bool IsUnigram => _modelType == Unigram;

    public bool ByteFallback { get; private set; }

    /// <summary>The beginning of a text counts as a space.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Spaces at the ends of a text, and all but one within it, are dropped.</summary>
    public bool RemoveExtraSpaces { get; private set; } = true;

    /// <summary>Which characters are replaced by which; empty for none.</summary>
    public byte[] CharacterMap { get; private set; } = [];

    /// <summary>The content of the piece that begins a text; null when there is none.</summary>
    public string? Bos => Content(BosId);

    public string? Eos => Content(EosId);

    private int BosId { get; set; } = 1;

    private int EosId { get; set; } = 2;

    private string? Content(int id) =>
        (uint)id < (uint)_pieces.Count && _pieces[id].Type == PieceType.Control ? _pieces[id].Content : null;

    private void ReadPiece(ReadOnlySpan<byte> message)
    {
        var (content, score, type) = ("", 0f, PieceType.Normal);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 1) content = reader.Text;
            else if (reader.Field == 2) score = reader.Float;
            else if (reader.Field == 3) type = (PieceType)reader.Int;
        }

        _pieces.Add((content, score, type));
    }

    private void ReadTraining(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 3) _modelType = reader.Int;
            else if (reader.Field == 35) ByteFallback = reader.Flag;
            else if (reader.Field == 41) BosId = reader.Int;
            else if (reader.Field == 42) EosId = reader.Int;
        }
    }

    private void ReadNormalization(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 2) CharacterMap = reader.Bytes.ToArray();
            else if (reader.Field == 3) AddDummyPrefix = reader.Flag;
            else if (reader.Field == 4) RemoveExtraSpaces = reader.Flag;
        }
    }
}
