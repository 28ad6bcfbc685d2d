namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Where Metaspace puts its character before a text that does not begin with a space.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}
