namespace Sgl.Grains.Tests.Support;

internal static class Eventually
{
    /// <summary>Returns when the condition holds; fails after a time that no test should need.</summary>
    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="IsTrueAsync(Func{bool})"/>
    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        for (int i = 0; !await condition() && i < 3000; i++)
            await Task.Delay(20);
        Assert.True(await condition());
    }
}
