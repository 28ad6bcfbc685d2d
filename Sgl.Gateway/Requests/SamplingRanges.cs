namespace Sgl.Gateway.Requests;

/// <summary>The sampling parameters that are numbers, with the ranges that they may have.</summary>
internal static class SamplingRanges
{
    public static float? Temperature(JsonFields fields) =>
        fields.Number("temperature", value => value >= 0, "a finite number, 0 or more");

    public static float? TopP(JsonFields fields) =>
        fields.Number("top_p", value => value is > 0 and <= 1, "a number above 0, at most 1");

    public static float? MinP(JsonFields fields) =>
        fields.Number("min_p", value => value is >= 0 and <= 1, "a number from 0 to 1");

    public static float? RepetitionPenalty(JsonFields fields) =>
        fields.Number("repetition_penalty", value => value is > 0 and <= 2, "a number above 0, at most 2");

    /// <summary>The frequency and the presence penalty.</summary>
    public static float? Penalty(JsonFields fields, string name) =>
        fields.Number(name, value => value is >= -2 and <= 2, "a number from -2 to 2");

    public static int? TopK(JsonFields fields) => fields.Int("top_k", -1) is not int topK ? null
        : topK != 0 ? topK
        : throw fields.Fault("top_k", "0 is not allowed; expected -1 (all tokens) or an integer, 1 or more.");
}
