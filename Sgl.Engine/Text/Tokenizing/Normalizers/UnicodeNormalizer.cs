using System.Text;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>The Unicode normalization forms.</summary>
internal sealed class UnicodeNormalizer : Normalizer
{
    // Hangul syllables are composed by arithmetic: a leading consonant, a vowel and a trailing consonant.
    private const int Syllables = 0xAC00;
    private const int Leads = 0x1100;
    private const int Vowels = 0x1161;
    private const int Trails = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private readonly bool _compatible;
    private readonly bool _composes;

    // A text without any of these is normalized already.
    private readonly CodePointSet _unstable;

    public UnicodeNormalizer(NormalizationForm form)
    {
        _compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        _composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        var hangul = _composes
            ? CodePointSet.Range(Vowels, Trails + TrailCount - 1)
            : CodePointSet.Range(Syllables, Syllables + SyllableCount - 1);
        _unstable = CodePointSet.Of([.. UnicodeDecompositions.Unstable(_compatible, _composes)]).Union(hangul);
    }

    public override string Apply(string text)
    {
        if (IsStable(text)) return text;
        var codePoints = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, codePoints);
        Reorder(codePoints);
        if (_composes) Compose(codePoints);
        var result = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var codePoint in codePoints) result.Append(units[..new Rune(codePoint).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private bool IsStable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (_unstable.Contains(rune.Value)) return false;
        }

        return true;
    }

    private void Decompose(int codePoint, List<int> output)
    {
        var syllable = codePoint - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(Leads + syllable / (VowelCount * TrailCount));
            output.Add(Vowels + syllable / TrailCount % VowelCount);
            if (syllable % TrailCount != 0) output.Add(Trails + syllable % TrailCount);
        }
        else if (codePoint >= 0xA0 && UnicodeDecompositions.Decomposition(codePoint, _compatible) is { } parts)
        {
            foreach (var part in parts) Decompose(part, output);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>Sorts every run of combining characters by class, keeping the order of equals.</summary>
    private static void Reorder(List<int> codePoints)
    {
        var marks = new List<int>();
        for (var start = 0; start < codePoints.Count; start++)
        {
            if (UnicodeDecompositions.CombiningClass(codePoints[start]) == 0) continue;
            marks.Clear();
            for (var i = start; i < codePoints.Count; i++)
            {
                if (UnicodeDecompositions.CombiningClass(codePoints[i]) == 0) break;
                marks.Add(codePoints[i]);
            }

            foreach (var mark in marks.OrderBy(UnicodeDecompositions.CombiningClass)) codePoints[start++] = mark;
        }
    }

    private static void Compose(List<int> codePoints)
    {
        var starter = -1;
        var lastClass = 0;
        var kept = 0;
        for (var i = 0; i < codePoints.Count; i++)
        {
            var codePoint = codePoints[i];
            int combiningClass = UnicodeDecompositions.CombiningClass(codePoint);
            // Something between it and the starter keeps them apart, unless its class is lower.
            var apart = kept - 1 > starter && (lastClass == 0 || lastClass >= combiningClass);
            if (starter >= 0 && !apart && Compose(codePoints[starter], codePoint) is var composed and >= 0)
            {
                codePoints[starter] = composed;
                continue;
            }

            if (combiningClass == 0) starter = kept;
            lastClass = combiningClass;
            codePoints[kept++] = codePoint;
        }

        codePoints.RemoveRange(kept, codePoints.Count - kept);
    }

    private static int Compose(int first, int second)
    {
        if (first - Leads is >= 0 and < LeadCount && second - Vowels is >= 0 and < VowelCount)
            return Syllables + ((first - Leads) * VowelCount + second - Vowels) * TrailCount;
        var isOpenSyllable = first - Syllables is >= 0 and < SyllableCount && (first - Syllables) % TrailCount == 0;
        if (isOpenSyllable && second - Trails is > 0 and < TrailCount) return first + second - Trails;
        return UnicodeDecompositions.Compose(first, second);
    }
}
