namespace Sgl.Gateway.Tests.Support;

internal static class Wait
{
    /// <summary>Returns when the condition holds; fails after a minute, which no test should need.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition() && i < 3000; i++)
            await Task.Delay(20);
        Assert.True(condition());
    }

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (int i = 0; !await condition() && i < 3000; i++)
            await Task.Delay(20);
        Assert.True(await condition());
    }
}
