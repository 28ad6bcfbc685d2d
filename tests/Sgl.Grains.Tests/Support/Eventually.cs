namespace Sgl.Grains.Tests.Support;

internal static class Eventually
{
    /// <summary>Returns when the condition holds; fails after a time that no test should need.</summary>
    public static async Task IsTrueAsync(Func<bool> condition)
    {
        for (int i = 0; !condition() && i < 3000; i++)
            await Task.Delay(20);
        Assert.True(condition());
    }
}
